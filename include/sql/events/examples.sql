-- Purpose:    the first wrong rows of each reason, to be shown; without anything personal, and none of erased people.
-- Parameters: most (rows of a reason)
-- Returns:    reason, file, line, detail; reads the transaction's event_row.
SELECT numbered.reason, numbered.file, numbered.line, numbered.detail
FROM (
    SELECT reason, file, line, detail, row_no, row_number() OVER (PARTITION BY reason ORDER BY row_no) AS place
    FROM event_row
    WHERE reason IS NOT NULL AND reason <> 'erased_person'
) AS numbered
WHERE numbered.place <= :most
ORDER BY numbered.row_no
