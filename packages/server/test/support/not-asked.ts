/** Stands for what a test must not come to. */
export function refuse(): never {
  throw new TypeError("this area is not asked");
}

/** Operations of the areas that a test does not come to. */
export const NOT_ASKED = {
  list: refuse,
  show: refuse,
  create: refuse,
  update: refuse,
  enable: refuse,
  disable: refuse,
  delete: refuse,
  read: refuse,
  readMany: refuse,
  set: refuse,
  history: refuse,
  rollBack: refuse,
  revoke: refuse,
  invite: refuse,
  promote: refuse,
  designate: refuse,
  designateNobody: refuse,
  stepDown: refuse,
  move: refuse,
  acceptDatabase: refuse,
  import: refuse,
  audit: refuse,
  events: refuse,
  follow: refuse,
};
