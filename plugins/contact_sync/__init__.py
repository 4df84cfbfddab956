"""Contact sync: Zoho Recruit and Creator records into the mailing lists of a Postgres contacts warehouse."""
