using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Alioss;
using static Harness;

/// <summary>
/// The tests of the C# binding, against a local OSS server that the variables OSS_ENDPOINT, OSS_HTTPS_ENDPOINT and
/// OSS_CA_FILE lead to. Arguments: parts of the names of the tests to run; or "bench" to measure: see <see cref="Bench"/>.
/// </summary>
internal static class Program
{
    private static readonly Action[] Tests =
    {
        // First, while there is no thread yet.
        Threads.WhatCannotStartDoesNotRun,
        Failures.LibraryIntroducesItself,
        Failures.OptionsHaveTheirDefaults,
        Failures.BadOptionsAreNamed,
        Failures.GoodOptionsReachTheWire,
        Failures.HttpsIsChecked,
        Failures.SessionsAreShared,
        Failures.ErrorsHaveEveryPart,
        Failures.BadInputsAreRefused,
        Failures.NullIsNamed,
        Failures.RetriesAreCounted,
        Failures.BrokenDownloadsAreErrors,
        Failures.CallsTimeOut,
        Failures.CredentialsComeFromAnywhere,
        Failures.CallbackExceptionsComeBackUnchanged,
        Failures.CallbacksMayMakeCalls,
        Failures.TheLogIsHeard,
        Reentry.TheLogIsNotSetByItsHandler,
        Reentry.WritersMayBeDisposedByTheirProgress,
        Reentry.WritersMayBeDisposedWhileTheyAreUsed,
        Reentry.ListingsMayBeDisposedByWhatTheyAsk,
        Writers.WritersRefuseWhatTheirProgressWrites,
        Writers.WritersRefuseOthersUntilAWriteHasEnded,
        Writers.WhatIsDisposedInLineIsNotWritten,
        Writers.WhatIsCancelledBeforeItBeginsIsMissing,
        Writers.FailuresOfWritersStay,
        Writers.StreamsAreReadByOneAtATime,
        Writers.ListingsAreForOneAtATime,
        Providers.ProvidersMayBeAsynchronous,
        Providers.ProvidersAreToldWhenTheirKeysAreRefused,
        Providers.ProvidersAreNotWaitedForLongerThanTheRequest,
        Providers.ProvidersByTextHaveNames,
        Providers.WhatProvidersThrowComesBackUnchanged,
        Providers.NullInPlaceOfATaskIsSaid,
        Providers.KeysThatCannotBeAreNamed,
        Providers.RenewalsThatFailEndNoCallWithGoodKeys,
        Providers.RenewalsThatFailAreNotBlamed,
        Everyday.SeekableStreamsBeginAgain,
        Everyday.StreamsThatStandElsewhereAreReadOnce,
        Everyday.StreamsPastTheirEndAreEmpty,
        Everyday.EverydayHeadersArrive,
        Everyday.ChecksumsAreThoseOfTheService,
        Everyday.TheClockOutlivesTheSession,
        Objects.BytesComeBack,
        Objects.FilesComeBack,
        LocalFiles.WhatTheSystemSaysIsWithin,
        LocalFiles.RightsAndRoomHaveTheirExceptions,
        Objects.StreamsOfAllKindsAreSent,
        Objects.WrongLengthsAreRefused,
        Objects.DownloadIsAStream,
        Objects.DownloadsGoWhereTheyAreTold,
        Objects.RangesAreParts,
        Objects.HeadersTellAboutObjects,
        Objects.AnswersNeedNoDisposal,
        Objects.ListingsAreEnumerable,
        Objects.ListingsFailWhereTheyFail,
        Listings.PagesAreFetchedAsTheyAreNeeded,
        Listings.WhatCameBeforeAFailureIsDelivered,
        Listings.TokensOfListingsAreTold,
        Listings.EnumeratorsAreForOneAtATime,
        Objects.BucketsComeAndGo,
        Objects.AnythingCanBeInvoked,
        Objects.KeysAreExact,
        Objects.ProgressIsReported,
        Operations.ExistenceIsTold,
        Operations.ObjectsAreCopied,
        Operations.ObjectsGrow,
        Operations.ManyAreDeletedAtOnce,
        Operations.VersionsAreListed,
        Operations.ObjectsHaveAclLinkAndTags,
        Operations.ArchivesAreRestored,
        Operations.ProcessingIsAsked,
        Operations.RowsAreSelected,
        Operations.UploadsCallBack,
        Operations.AnybodySendsWhatIsSigned,
        Operations.FormsAreSigned,
        Operations.BucketsTellAboutThemselves,
        Operations.EveryOperationCanBeCancelled,
        Multipart.PartsBecomeAnObject,
        Multipart.PartsAreCopied,
        Multipart.UploadsAreListed,
        Multipart.WrongPartsAreRefused,
        Multipart.UploadsAreAborted,
        Multipart.PartsCanBeCancelled,
        Multipart.PartsMakeProgress,
        Directories.DirectoriesGoThereAndBack,
        Directories.WhatFailsIsInTheReport,
        Directories.PrefixesAreDeleted,
        Directories.CallbacksEndTheTransfer,
        Directories.WorkersSayWhyTheyFailed,
        Settings.LifecyclesComeBack,
        Settings.UnknownElementsArePutBack,
        Settings.OtherSettingsComeBack,
        Settings.WebsitesComeBack,
        Settings.SettingsThatAreNoneAreRefused,
        Settings.BlankTextsComeBack,
        Settings.TimesAreWhole,
        Settings.WhatCannotBeWrittenIsNamed,
        Settings.NullInListsIsNamed,
        Settings.DocumentsAreEdited,
        Settings.InvokeTakesDocumentsAndFields,
        Threads.CallsWaitInLine,
        Threads.WaitingForYourStreamTakesNoPlace,
        Threads.CallbacksMayWaitForOtherCalls,
        Threads.ProvidersMayWaitForOtherCalls,
        Threads.ReadsInLineCanBeCancelled,
        Threads.CancelledTasksSayWhy,
        Threads.IdleThreadsLeave,
        Stuck.CancelledCallsLeaveReads,
        Stuck.CancelledCallsLeavePipes,
        Stuck.CancelledCallsLeaveWrites,
        Stuck.TimeIsOverWhileStreamsAreStuck,
        Stuck.LateStreamsDoNoHarm,
        Stuck.LateExceptionsAreObserved,
        Stuck.StreamsThatHeedTheirTokenSayHowTheyEnd,
        Stuck.CountsThatCannotBeAreNamed,
        Domains.DomainsMayEnd,
        Idiom.MistakesShowAtTheCall,
        Idiom.TokensAreInReach,
        Idiom.TextsAndAddressesAreTaken,
        Idiom.AddressesAreTakenAsTheyAreSigned,
        Idiom.TimesWithoutEndAreSigned,
        Idiom.ParametersHaveTheirOwnNames,
        Idiom.KeysThatThisProgramSetsAreSeen,
        Idiom.KeysThatThisProgramRemovesAreNotUsed,
        Idiom.StreamsSeek,
        Seeking.ReadsEndByTheirOwnTokens,
        Seeking.ReadsGoOnAfterAFailure,
        Seeking.DisposalEndsWhatOpens,
        Idiom.BucketsCanBeStoodInFor,
        Idiom.WritersCanBeStoodInFor,
        Idiom.FilesGoInParts,
        Idiom.ObjectsAreWritten,
        Idiom.WritersSayAllOfTheirFailures,
        Idiom.LargeObjectsAreCopied,
        Reads.ReadsWaitForLittle,
        Reads.AllWaysOfReadingGiveTheSame,
        Reads.HeadersComeFirst,
        Reads.WaitsCanBeCancelled,
        Reads.WhatCameIsNotHeldBack,
        Reads.DisposingInTheMiddleSpoilsNoOtherStream,
        Reads.DisposingUnderAReadSpoilsNoOtherStream,
        Reads.StreamsOfTests,
        Reads.CopiesLookAtTheirDestinationFirst,
        Surface.TokensFollowWhatHasToBeGiven,
        Surface.EverySynchronousMethodHasAnAsynchronousOne,
        Surface.ResultsCanBeMade,
        Surface.TextsThatCannotBeAreRefusedAtTheCall,
        Surface.WhatIsDisposedSaysSoAtTheCall,
        Concurrency.CancelledTokensSendNothing,
        Concurrency.CancellingEndsWhatWaits,
        Concurrency.ManyThreadsShareABucket,
        Concurrency.AsyncCallsDoNotWaitForThePool,
        Concurrency.AsyncCallsNeedNoSynchronousStreams,
        Concurrency.AsyncCallsKeepTheContext,
        Concurrency.CollectingWhileCallsRun,
        Concurrency.CollectingMovesNothingInUse,
        Concurrency.CallbacksAreLetGo,
        Concurrency.DisposeDisturbsNoCall,
        Concurrency.DisposeEndsAStream,
        // Last, as what it leaves behind takes a while.
        Reentry.WhatIsForgottenDoesNotKeepItself,
        Reentry.ForgottenStreamsHoldUpNoFinalizer,
        Reentry.ForgottenWritersHoldUpNoFinalizer,
#if NET
        Idiom.SpansAreTaken,
        Surface.NullsAreRefusedAtTheCall,
        Surface.PlatformsAreCalledAsInPackages,
        Observed.CallsAreTraced,
        Observed.CallsAreCounted,
        Observed.WhatIsGivenUpIsNoSuccess,
        Observed.RowsAreCounted,
        Observed.ListenersThatThrowKeepNothing,
        Concurrency.ModernFormsWork,
        Multipart.ModernListingsWork,
#endif
    };

    private static int Main(string[] arguments)
    {
        using (var bucket = Bucket())
        {
            bucket.PutBucket();
        }
        if (arguments.Contains("bench"))
        {
            Bench.Run(arguments.Where(name => name != "bench").ToArray());
            return 0;
        }
        int passed = 0;
        int failed = 0;
        foreach (Action test in Tests)
        {
            string name = test.Method.Name;
            if (arguments.Length > 0 && !arguments.Any(part => name.Contains(part)))
            {
                continue;
            }
            Admin("DELETE", "/_local/rules");
            Admin("DELETE", "/_local/requests");
            var watch = Stopwatch.StartNew();
            try
            {
                test();
                passed++;
                Console.WriteLine("ok " + name + " (" + watch.ElapsedMilliseconds + " ms)");
            }
            catch (Exception exception)
            {
                failed++;
                Console.WriteLine("FAILED " + name + ": " + exception);
            }
        }
        Console.WriteLine((OnMono ? "Mono" : "CoreCLR") + ": " + passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
