"""What the warehouse refused: shown, and delivered again when it has been mended (docs/quarantine.md)."""
