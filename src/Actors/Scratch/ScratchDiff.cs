using System.Globalization;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>Shows the changes of a scratch as text. Names are the command's: none can begin a line of the text.</summary>
internal static class ScratchDiff
{
    private const int LongestText = 1 << 20;

    internal static string Of(FolderTree upper, FolderTree lower, List<ScratchChange> changes)
    {
        var text = new StringBuilder();
        foreach (var change in changes)
            Add(text, upper, lower, change);
        return text.ToString();
    }

    private static void Add(StringBuilder text, FolderTree upper, FolderTree lower, ScratchChange change)
    {
        var word = change.Kind switch
        {
            ScratchChangeKind.Added => "added",
            ScratchChangeKind.Deleted => "deleted",
            ScratchChangeKind.ModeChanged => "mode changed",
            _ => "modified",
        };
        text.Append(CultureInfo.InvariantCulture, $"{word} {change.FileKind.ToString().ToLowerInvariant()} {VisibleText.Line(change.Path)}");
        if (change.Kind != ScratchChangeKind.Deleted && change.FileKind != ScratchFileKind.Link)
            text.Append(CultureInfo.InvariantCulture, $" (mode {Convert.ToString(change.Mode, 8)})");
        if (change is { FileKind: ScratchFileKind.Link, Kind: not ScratchChangeKind.Deleted })
            text.Append(CultureInfo.InvariantCulture, $" -> {VisibleText.Line(upper.TargetOf(change.Path) ?? "")}");
        if (change.Obstacle is { } obstacle)
            text.Append(CultureInfo.InvariantCulture, $" [not applied: {VisibleText.Line(obstacle)}]");
        text.Append('\n');
        if (change.Kind == ScratchChangeKind.ModeChanged || (change.FileKind != ScratchFileKind.File && change.Before != ScratchFileKind.File))
            return;
        var before = change.Before == ScratchFileKind.File ? TextOf(lower, change.Path) : "";
        var after = change is { FileKind: ScratchFileKind.File, Kind: not ScratchChangeKind.Deleted } ? TextOf(upper, change.Path) : "";
        if (before is null || after is null)
            text.Append(CultureInfo.InvariantCulture, $"  binary, or too long to show: {change.Size} bytes\n");
        else
            UnifiedDiff.Append(text, VisibleText.Line(change.Path), change.Before is null ? null : before, change.Kind == ScratchChangeKind.Deleted ? null : after);
    }

    // Null for what is no text.
    private static string? TextOf(FolderTree tree, string path)
    {
        using var file = tree.OpenFile(path);
        if (file is null || file.Length > LongestText)
            return null;
        var bytes = new byte[file.Length];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            return bytes.AsSpan(0, read).Contains((byte)0) ? null : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, read);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
