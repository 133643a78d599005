"""The store on PostgreSQL, for many nodes: the same record, the same statements, another engine beneath."""
