"""Small tables of companies, openings, campaigns and what happens to applications, written for this sandbox.

A company's name is made of two words and its number, so that no two are alike.
"""

DEPARTMENTS = ("Information Technology", "Human Resources", "Finance", "Marketing", "Operations", "Sales")
INDUSTRIES = ("IT", "Media", "Healthcare", "Finance", "Logistics", "Education", "Manufacturing")
COMPANY_FIRST = ("Zylker", "Harbour", "Nordlicht", "Tidewater", "Casa Verde", "北斗", "Bluestem", "Ōtara", "Kestrel")
COMPANY_SECOND = ("Works", "Media", "GmbH", "Clinic", "Freight", "商事", "& Daughters", "Labs, Inc.", "Studio (North)")
CONTACT_SOURCES = ("Website", "Referral", "Conference", "Cold Call", "Partner")
CONTACT_TITLES = ("HR Manager", "Head of Engineering", "CEO", "Office Manager", "Talent Partner", "Team Lead")
OPENING_STATUSES = ("In-progress", "Waiting for approval", "On-Hold", "Filled", "Cancelled", "Inactive")
JOB_TYPES = ("Full time", "Part time", "Temporary", "Contract", "Freelance")
APPLICATION_STATUSES = ("Associated", "Applied", "Interview-Scheduled", "Offer-Made", "Hired", "Rejected", "On-Hold")
DEGREES = ("B.Sc.", "M.Sc.", "B.A.", "M.A.", "Ph.D.", "Apprenticeship")
CAMPAIGN_TYPES = ("Email", "Conference", "Webinar", "Referral Program", "Advertisement", "Others")
CAMPAIGN_STATUSES = ("Planning", "Active", "Inactive", "Complete")
CAMPAIGN_NAMES = ("Spring openings", "Night shifts", "Graduates' day", "Back to the clinic", "フェア", "Referral round")
MEMBER_STATUSES = ("Planned", "Sent", "Received", "Opened", "Responded")
INTERESTS = ("Mentoring", "Reunions", "Donations", "Job offers", "Lectures")
TOPICS = ("Hiring", "Security", "Data", "Nursing", "Design", "Robotics")
