"""The pages of chatbots: the list, the tabs of one, its versions, its end."""
