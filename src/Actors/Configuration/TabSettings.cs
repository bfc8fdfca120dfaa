using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary><c>actorbrowser.pools.ROLE</c>.</summary>
/// <param name="Spares">Warm processes that have served no request.</param>
/// <param name="MaxProcesses">The most processes in all.</param>
/// <param name="MaxWaiting">The most requests that may wait for a process.</param>
/// <param name="QueueTimeout">How long a request may wait.</param>
/// <param name="MaxUses">The number of uses after which a process is replaced.</param>
/// <param name="IdleTimeout">How long a used process may be idle before it is ended.</param>
/// <param name="RefillAfter">How long the pool must be quiet before it starts a spare.</param>
internal sealed record PoolSettings(int Spares, int MaxProcesses, int MaxWaiting, TimeSpan QueueTimeout, int MaxUses, TimeSpan IdleTimeout, TimeSpan RefillAfter)
{
    internal static PoolSettings Read(SettingsReader reader, string role) => new(
        reader.Number($"pools.{role}.spares", 0, 1000),
        reader.Number($"pools.{role}.max-processes", 1, 100_000),
        reader.Number($"pools.{role}.max-waiting", 0, 1_000_000),
        reader.Time($"pools.{role}.queue-timeout", positive: true),
        reader.Number($"pools.{role}.max-uses", 1, int.MaxValue),
        reader.Time($"pools.{role}.idle-timeout", positive: true),
        reader.Time($"pools.{role}.refill-after"));
}

/// <summary><c>actorbrowser.tabs</c>.</summary>
/// <param name="Renderers">The pool of renderers.</param>
/// <param name="MaxPage">The longest page, in bytes.</param>
/// <param name="Document">The limits of a page.</param>
/// <param name="MaxRedirects">The most redirects to follow.</param>
/// <param name="MaxImages">The most images of a page to load.</param>
/// <param name="ImagesAtOnce">The most image fetches at a time.</param>
/// <param name="MaxImage">The longest image, in bytes.</param>
/// <param name="MaxHistory">The most entries in a tab's history.</param>
/// <param name="UnresponsiveAfter">A renderer that does not answer for this long is reported.</param>
/// <param name="HangBudget">A renderer that does not answer for this long is killed.</param>
/// <param name="MaxCrashes">The number of crashes of one page in succession after which it is not loaded again.</param>
/// <param name="CrashWindow">A page that lives longer starts with no crashes counted.</param>
/// <param name="FlushInterval">How long frequent events are collected.</param>
/// <param name="ShareAbove">Longer pages travel in a memory file, in bytes.</param>
/// <param name="MaxDownload">The longest file that is saved, in bytes.</param>
/// <param name="Scripts">Which scripts run in a tab that says nothing of it.</param>
/// <param name="ScriptLimits">The limits of a page's scripts.</param>
/// <param name="MaxRequests">The most requests of a page's scripts.</param>
/// <param name="RequestsAtOnce">The most of them at a time; the others wait.</param>
/// <param name="MaxResource">The longest answer to one of them, in bytes.</param>
internal sealed record TabSettings(
    PoolSettings Renderers, int MaxPage, DocumentLimits Document, int MaxRedirects, int MaxImages, int ImagesAtOnce, int MaxImage, int MaxHistory,
    TimeSpan UnresponsiveAfter, TimeSpan HangBudget, int MaxCrashes, TimeSpan CrashWindow, TimeSpan FlushInterval, int ShareAbove, long MaxDownload,
    PageScripts Scripts, ScriptLimits ScriptLimits, int MaxRequests, int RequestsAtOnce, int MaxResource)
{
    internal static TabSettings Read(SettingsReader reader) => new(
        PoolSettings.Read(reader, RendererContract.Name),
        (int)reader.Bytes("tabs.max-page", 1024, LoadDocument.MaxLength),
        new DocumentLimits(
            reader.Number("tabs.max-depth", 1, 100_000),
            reader.Number("tabs.max-nodes", 1, 100_000_000),
            (int)reader.Time("tabs.max-time", positive: true).TotalMilliseconds),
        reader.Number("tabs.max-redirects", 0, 1000),
        reader.Number("tabs.max-images", 0, ResourcesWanted.Most),
        reader.Number("tabs.images-at-once", 1, 1000),
        (int)reader.Bytes("tabs.max-image", 1024, DecodeImage.MaxLength),
        reader.Number("tabs.max-history", 1, 1_000_000),
        reader.Time("tabs.unresponsive-after", positive: true),
        reader.Time("tabs.hang-budget", positive: true),
        reader.Number("tabs.max-crashes", 1, 1_000_000),
        reader.Time("tabs.crash-window", positive: true),
        reader.Time("tabs.flush-interval", positive: true),
        (int)reader.Bytes("tabs.share-above", 0, Payload.Piece),
        reader.Bytes("tabs.max-download", 1024, long.MaxValue),
        reader.Choice<PageScripts>("tabs.scripts"),
        new ScriptLimits(
            (int)reader.Time("tabs.max-script-time", positive: true).TotalMilliseconds,
            (int)reader.Time("tabs.max-script-clock", positive: true).TotalMilliseconds,
            reader.Bytes("tabs.max-script-memory", 1 << 20, int.MaxValue)),
        reader.Number("tabs.max-requests", 0, 1_000_000),
        reader.Number("tabs.requests-at-once", 1, 1000),
        (int)reader.Bytes("tabs.max-resource", 1024, PageResponse.MaxLength));
}

/// <summary><c>actorbrowser.images</c>.</summary>
/// <param name="Decoders">The pool of decoders.</param>
/// <param name="MaxFile">The longest file, in bytes.</param>
/// <param name="Limits">The limits of decoding.</param>
/// <param name="KeepReady">The most memory that a decoder allocates in advance for the next image, in bytes; 0 for none.</param>
/// <param name="ShareAbove">Longer files travel in a memory file, in bytes.</param>
internal sealed record ImageSettings(PoolSettings Decoders, int MaxFile, ImageLimits Limits, int KeepReady, int ShareAbove)
{
    internal static ImageSettings Read(SettingsReader reader) => new(
        PoolSettings.Read(reader, ImageDecoderContract.Name),
        (int)reader.Bytes("images.max-file", 1024, DecodeImage.MaxLength),
        new ImageLimits(
            reader.Number("images.max-pixels", 1, int.MaxValue),
            reader.Number("images.max-frames", 1, 100_000),
            reader.Bytes("images.max-bytes", 1024, int.MaxValue),
            (int)reader.Time("images.max-time", positive: true).TotalMilliseconds),
        (int)reader.Bytes("images.keep-ready", 0, int.MaxValue),
        (int)reader.Bytes("images.share-above", 0, Payload.Piece));
}

/// <summary><c>actorbrowser.crashes</c>.</summary>
/// <param name="Folder">The folder for reports; empty for none.</param>
/// <param name="Kept">How many reports are kept, in the folder and in the journal.</param>
/// <param name="Dump">How much of an aborting child's memory is written to the folder.</param>
internal sealed record CrashSettings(string Folder, int Kept, CrashDump Dump)
{
    internal bool WritesDumps => Dump != CrashDump.Off && Folder.Length > 0;

    internal static CrashSettings Read(SettingsReader reader) => new(reader.Text("crashes.folder"), reader.Number("crashes.kept", 1, 100_000), reader.Choice<CrashDump>("crashes.dump"));
}
