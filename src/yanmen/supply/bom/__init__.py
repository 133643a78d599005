"""Bills of materials: CycloneDX and SPDX, written and read."""
