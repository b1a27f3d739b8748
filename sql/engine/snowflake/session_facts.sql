-- Who is asking, with which rights and which compute; NULL where the role may use none.
SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_VERSION()
