/** Domains that anybody can have an address of: they say nothing about a company. Subdomains count too. */
const FREE_MAIL: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com windowslive.com
  hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es outlook.de outlook.fr outlook.es outlook.it live.co.uk live.fr
  yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.ca yahoo.com.br yahoo.com.au
  ymail.com rocketmail.com aol.com aim.com verizon.net att.net sbcglobal.net bellsouth.net comcast.net cox.net
  icloud.com me.com mac.com privaterelay.appleid.com
  proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io tutamail.com hey.com duck.com
  gmx.com gmx.net gmx.de gmx.at gmx.ch gmx.fr web.de freenet.de t-online.de mail.de posteo.de arcor.de
  mail.com email.com usa.com inbox.com zoho.com zohomail.com fastmail.com fastmail.fm
  mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net
  qq.com 163.com 126.com sina.com sina.cn sohu.com foxmail.com aliyun.com naver.com daum.net hanmail.net nate.com
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it alice.it tiscali.it
  uol.com.br bol.com.br terra.com.br rediffmail.com btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net
  bluewin.ch seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg telia.com bigpond.com optusnet.com.au shaw.ca
  rogers.com sympatico.ca mailinator.com guerrillamail.com 10minutemail.com yopmail.com temp-mail.org`
    .trim()
    .split(/\s+/),
);

/** Whether a domain is that of a mail provider for everybody. @param domain as `normaliseDomain` gives it */
export function isFreeMail(domain: string): boolean {
  const labels = domain.split('.');
  return labels.some((_, index) => FREE_MAIL.has(labels.slice(index).join('.')));
}
