package io.statekeep.service;

import static java.util.stream.Collectors.partitioningBy;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.session.EndReason;
import io.statekeep.session.JsonText;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.web.SessionJson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What operators do with sessions from a shell. Prints one JSON object on a line. */
@Command(
    name = "sessions",
    description = "List, show or end sessions, or rebuild their indexes.",
    mixinStandardHelpOptions = true)
final class SessionsCommand implements Runnable {
  private static final Pattern ID_LIKE_AN_OPTION = Pattern.compile("-[A-Za-z0-9_-]{42}");
  private static final String END_OF_OPTIONS = "--";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Which command? There are: list, show, revoke, reindex");
  }

  /**
   * The arguments in an order that the parser understands: one of 64 IDs begins with {@code -}, and
   * is taken for an option unless it stands behind the end of options.
   */
  static List<String> withIdsLast(List<String> arguments) {
    Map<Boolean, List<String>> parts =
        arguments.stream().collect(partitioningBy(ID_LIKE_AN_OPTION.asMatchPredicate()));
    List<String> ids = parts.getOrDefault(true, List.of());
    if (ids.isEmpty() || arguments.contains(END_OF_OPTIONS)) {
      return arguments;
    }
    List<String> ordered = new ArrayList<>(parts.getOrDefault(false, List.of()));
    ordered.add(END_OF_OPTIONS);
    ordered.addAll(ids);
    return ordered;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static void with(ConfigOption options, Consumer<StoreAccess> work) {
    try (StoreAccess access = StoreAccess.open(options.forCommand())) {
      work.accept(access);
    }
  }

  @Command(
      name = "list",
      description = "List live sessions, newest first, without their attributes.",
      mixinStandardHelpOptions = true)
  void list(
      @Mixin ConfigOption options,
      @Option(names = "--subject", description = "Only this subject's.") @Nullable String subject) {
    with(
        options,
        access -> {
          Query.Cursor cursor = null;
          do {
            Query query = new Query(subject, Query.MAX_LIMIT, cursor);
            Page page = access.ask(store -> store.list(query));
            for (SessionRecord record : page.sessions()) {
              out().println(JsonText.write(SessionJson.withoutAttributes(record)));
            }
            cursor = page.next();
          } while (cursor != null);
        });
  }

  @Command(name = "show", description = "Show one session whole.", mixinStandardHelpOptions = true)
  void show(@Mixin ConfigOption options, @Parameters(paramLabel = "ID") String id) {
    with(
        options,
        access -> {
          SessionRecord record =
              access
                  .ask(store -> store.load(new SessionKey(id)))
                  .orElseThrow(() -> new StartException("there is no such session", null));
          out().println(SessionJson.of(record));
        });
  }

  @Command(
      name = "revoke",
      description = "End one session, or all of a subject.",
      mixinStandardHelpOptions = true)
  void revoke(
      @Mixin ConfigOption options,
      @Parameters(paramLabel = "ID", arity = "0..1") @Nullable String id,
      @Option(names = "--subject", description = "All of this subject's.")
          @Nullable String subject) {
    if ((id == null) == (subject == null)) {
      throw new ParameterException(spec.commandLine(), "Either an ID or --subject.");
    }
    with(
        options,
        access -> {
          int ended =
              subject != null
                  ? access.ask(store -> store.deleteBySubject(subject, Optional.empty())).size()
                  : access.ask(s -> s.delete(new SessionKey(String.valueOf(id)), EndReason.REVOKED))
                      ? 1
                      : 0;
          out().println("revoked: " + ended);
        });
  }

  @Command(
      name = "reindex",
      description =
          "Make the indexes in Redis say what the sessions say. Nodes may go on meanwhile; a"
              + " database keeps its indexes itself.",
      mixinStandardHelpOptions = true)
  void reindex(@Mixin ConfigOption options) {
    Config config = options.forCommand();
    if (config.store().durableKind() != StoreKind.REDIS) {
      out().println("nothing to rebuild: only Redis has indexes of ours");
      return;
    }
    try (StoreAccess access = StoreAccess.open(config)) {
      out().println("indexed: " + access.rebuildIndexes());
    }
  }
}
