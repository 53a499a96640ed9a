"""Says what the image was built with. The image's CMD."""

from pathlib import Path

words = Path("/opt/words/sorted.txt").read_text().split()
print(f"{len(words)} words, from {words[0]} to {words[-1]}, prepared when the image was built")
