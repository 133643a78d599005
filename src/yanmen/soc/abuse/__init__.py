"""Sign-ups and clients that are not what they seem: looked at here, decided by policy and playbooks."""
