-- Somebody leaves a list by the link in its mail: what a mailing system writes into the warehouse (address, list).
UPDATE contacts.membership AS member
SET status = 'unsubscribed', unsubscribed_at = now()
FROM contacts.contact, contacts.mailing_list AS list
WHERE contact.email_key = %(address)s AND list.name = %(list_name)s
  AND member.contact_id = contact.contact_id AND member.list_id = list.list_id
