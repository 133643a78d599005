"""What is built in: components, packages, model files and data sets, looked at before they are let in."""
