"""Telling people: page bell, e-mail, work chats."""
