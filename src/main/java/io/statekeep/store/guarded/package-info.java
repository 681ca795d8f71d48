/** Deadlines and bounds in front of any store. */
@NullMarked
package io.statekeep.store.guarded;

import org.jspecify.annotations.NullMarked;
