"""MCP over HTTP: servers behind the door, their tools watched for what they say and for when they say it otherwise."""
