"""Images in prompts: what is written in them, plainly, faintly or only once they are scaled down. Needs the extra ``images``."""
