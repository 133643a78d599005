"""Rows out of files of any usual form, one at a time, whatever the file tries."""
