"""What goes over the wire to and from language models, read strictly; and the bundled small model."""
