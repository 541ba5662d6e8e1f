"""A bank to play with: all three forms, and the habits that go with them. No money, no bank: ตัวอย่าง."""
