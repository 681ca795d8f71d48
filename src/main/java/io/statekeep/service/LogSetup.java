package io.statekeep.service;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import io.statekeep.service.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log: one line an event, written by a thread of its own, so that no event loop waits for it.
 */
final class LogSetup {
  // What could end a line early, or move a terminal's cursor, is shown as a blank; the lines of a
  // trace are set in, so that none of them passes for an event.
  private static final String TEXT =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} - "
          + "%replace(%msg){'[\\p{Cc}\\u2028\\u2029]',' '}%n"
          + "%replace(%replace(%ex){'[\\p{Cc}\\u2028\\u2029&&[^\\n\\t]]',' '})"
          + "{'(?m)^(?=.)','  '}%nopex";
  private static final int QUEUE = 8192;

  private LogSetup() {}

  static void apply(Config.Log rules, ConsoleTarget target) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget(target.getName());
    console.setEncoder(encoder(context, rules.json()));
    console.start();
    AsyncAppender queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(QUEUE);
    queue.setNeverBlock(true);
    queue.addAppender(console);
    queue.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    context.getLogger("io.statekeep").setLevel(Level.toLevel(rules.level()));
    // It reports each connection at INFO and its own console at WARN; our own lines say what
    // matters.
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    // Last: other threads log meanwhile, and without a level everything passes.
    root.addAppender(queue);
  }

  static Encoder<ILoggingEvent> encoder(LoggerContext context, boolean json) {
    if (json) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      encoder.start();
      return encoder;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(TEXT);
    encoder.start();
    return encoder;
  }

  /** Writes what is still in the queue. */
  static void flush() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }
}
