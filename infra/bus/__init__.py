"""Messages between processes: as bytes, by whom they may be sent, published, asked, heard."""
