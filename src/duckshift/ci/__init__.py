"""Slim CI: builds what a change touches beside production, replays it, and says what it does (docs/ci.md)."""
