"""The course: lessons as text files, the live parts they place, and the languages they come in."""
