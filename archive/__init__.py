"""Kho Ấn Phẩm: a digital archive and catalogue of a province's publications."""
