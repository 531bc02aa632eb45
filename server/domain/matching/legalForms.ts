/** Words at the end of a company's name that say what kind of company it is; folded as names are. */
export const LEGAL_FORMS: ReadonlySet<string> = new Set(
  `inc incorporated corp corporation co company ltd limited llc llp lp lllp pllc plc pbc
  gmbh mbh ag kg kgaa ug ohg gbr ek ev eg se stiftung
  sa sas sasu sarl eurl sl slu srl spa sapa snc sc scs scop
  bv nv vof cv bvba sprl srls
  ab as asa aps oy oyj hf ehf ou uab sia
  sro spol doo dd ad ood eood zrt kft nyrt bt zoo spzoo
  pty pte pvt pt bhd sdn kk gk yk
  ltda eireli sab cv
  limitada societe gesellschaft haftungsbeschrankt`.split(/\s+/),
);

/** Legal forms that are written without a space before or after the name. */
export const ATTACHED_LEGAL_FORMS: readonly string[] = [
  '株式会社',
  '有限会社',
  '合同会社',
  '股份有限公司',
  '有限公司',
  '주식회사',
];
