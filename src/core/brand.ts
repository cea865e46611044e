declare const brand: unique symbol;

/** A primitive type that the compiler distinguishes from others with the same base. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Like {@link Brand}, but accepts plain values, such as those from a command line. */
export type Flavor<Base, Name extends string> = Base & { readonly [brand]?: Name };
