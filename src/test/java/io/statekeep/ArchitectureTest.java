package io.statekeep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which part may know of which. */
@AnalyzeClasses(packages = "io.statekeep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String JDK = "java..";
  private static final String CRYPTO = "javax.crypto..";
  private static final String NULLNESS = "org.jspecify..";

  @ArchTest
  static final ArchRule signingNeedsTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("io.statekeep.signing")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.statekeep.signing", JDK, CRYPTO, NULLNESS);

  @ArchTest
  static final ArchRule cookiesNeedTheJdkAndSigning =
      classes()
          .that()
          .resideInAPackage("io.statekeep.cookie")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.statekeep.cookie", "io.statekeep.signing", JDK, CRYPTO, NULLNESS);

  @ArchTest
  static final ArchRule sessionsNeedVertxCoreAndSigning =
      classes()
          .that()
          .resideInAPackage("io.statekeep.session")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.statekeep.session",
              "io.statekeep.signing",
              "io.vertx.core..",
              // Vert.x core's own JSON library.
              "com.fasterxml.jackson.core..",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule storesKnowSessionsAndNothingElseOfOurs =
      noClasses()
          .that()
          .resideInAPackage("io.statekeep.store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.statekeep.web..",
              "io.statekeep.cookie..",
              "io.statekeep.signing..",
              "io.statekeep.service..");

  @ArchTest
  static final ArchRule noStoreKnowsAnother =
      slices().matching("io.statekeep.store.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule theWebKnowsNoStore =
      noClasses()
          .that()
          .resideInAPackage("io.statekeep.web..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.statekeep.store..", "io.statekeep.service..");

  @ArchTest
  static final ArchRule handlersDoNotKnowTheApi =
      noClasses()
          .that()
          .resideInAPackage("io.statekeep.web")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.statekeep.web.api");

  @ArchTest
  static final ArchRule onlyTheServiceReadsConfiguration =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.statekeep.service..")
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class);

  @ArchTest
  static final ArchRule partsFormNoCircle =
      slices().matching("io.statekeep.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule secretsAreNotDrawnFromWeakSources =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(java.util.Random.class, java.util.concurrent.ThreadLocalRandom.class)
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule nothingIsReadBySerialization =
      noClasses().should().dependOnClassesThat().areAssignableTo(java.io.ObjectInputStream.class);

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses().should().callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule namesSayWhatAThingIs =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");
}
