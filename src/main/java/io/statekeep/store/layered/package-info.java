/** A near cache in front of any store. */
@NullMarked
package io.statekeep.store.layered;

import org.jspecify.annotations.NullMarked;
