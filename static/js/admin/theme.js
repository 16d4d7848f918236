// Before anything is drawn: the theme this browser chose, which our own pages get from the server.
{
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)/);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
}
