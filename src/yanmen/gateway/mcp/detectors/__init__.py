"""What is to be said of an MCP server's tools."""
