/** No role is a boundary for a superuser: it can always be left. What is left is the check of each statement. */
export const superuserWarning =
  "This store's URL is a superuser's, who may do anything on the server, also in a question in SQL. " +
  'Use the URL of a role for it: swath setup postgres --roles.'
