"""Commands about the shell that commands are typed into."""
