"""The acts a playbook may call: one file each."""
