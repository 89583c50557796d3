"""How each language writes dates and times; a template asks for a format by its name."""
