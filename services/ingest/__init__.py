"""Takes events over HTTP, checks them, and answers 200 once they are safe."""
