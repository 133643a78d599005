"""Readers of what a project, an environment, an image or a folder of models says it is made of; one file for each family."""
