"""服务质量标准手册: everything that is in force, as a page, as Word and as PDF."""
