/** What several stores share. */
@NullMarked
package io.statekeep.store;

import org.jspecify.annotations.NullMarked;
