-- Back to no alerts. What was told is forgotten, so what still holds would be told anew after another upgrade.
DROP VIEW sync.list_health;
DROP TABLE sync.alert;
