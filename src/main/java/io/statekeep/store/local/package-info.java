/** Sessions in the memory of one process. */
@NullMarked
package io.statekeep.store.local;

import org.jspecify.annotations.NullMarked;
