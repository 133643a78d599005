"""Yanmen (雁门): defends an organisation's LLM service through its whole life."""

import os

__version__ = "0.1.0"

# No telemetry, of libraries neither: ONNX Runtime's wheels keep a device id and send events unless told before they are loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
