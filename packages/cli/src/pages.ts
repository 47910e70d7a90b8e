/** A page of a list, as every route of lists answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** The most that one request of a list may ask for. */
const PAGE_ITEMS_MAX = 200;

export interface PageQuery {
  readonly limit: string;
  readonly after: string | undefined;
}

/**
 * As many items as are wanted, over as many requests as that takes; `next` is there if there are
 * more, to go on with.
 */
export async function collectPages<Item>(
  wanted: { readonly limit: number; readonly after?: string | undefined },
  read: (query: PageQuery) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let after = wanted.after;
  do {
    const limit = String(Math.min(wanted.limit - items.length, PAGE_ITEMS_MAX));
    const page = await read({ limit, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined && items.length < wanted.limit);
  return { items, ...(after !== undefined && { next: after }) };
}
