/**
 * The service: command line, configuration, composition, verticles. The only place that picks a
 * store.
 */
@NullMarked
package io.statekeep.service;

import org.jspecify.annotations.NullMarked;
