using System.Text;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Records what a command's sandbox refused, and suggests whether that is why the command failed.</summary>
internal sealed class CommandRefusals
{
    private const int MostNamed = 4;
    private const int LooksBack = 4096;

    private static readonly string[] Complaints = ["Permission denied", "Operation not permitted", "Read-only file system", "Network is unreachable"];

    // Paths that are not granted do not exist in the world; a missing name without a folder is more often the command's own mistake.
    private static readonly string[] Absences = ["No such file or directory", "Directory nonexistent", "not found"];

    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private bool _hasUntold;

    /// <summary>Whether something was refused, and all of it stands on the command's stderr already.</summary>
    internal bool AreTold => _calls.Count > 0 && !_hasUntold;

    internal void Add(SandboxViolation violation)
    {
        if (violation.Allowed)
            return;
        _hasUntold = true;
        Add(violation.Arguments);
    }

    /// <summary>Records a file that was asked for and not given.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="access">What the command tried.</param>
    /// <param name="sentence">Why it was not given; empty for no reason.</param>
    /// <param name="isTold">Whether the command's stderr says so.</param>
    internal void Add(string path, FileUse access, string sentence, bool isTold = false)
    {
        _hasUntold |= !isTold;
        Add(sentence.Length == 0 ? $"{VerbOf(access)} {path}" : $"{VerbOf(access)} {path} ({sentence.TrimEnd('.')})");
    }

    /// <summary>What was tried, as a word: "reading".</summary>
    internal static string VerbOf(FileUse access) => (access & FileUse.Execute) != 0 ? "executing" : (access & FileUse.Write) != 0 ? "writing" : "reading";

    private void Add(string what)
    {
        if (_calls.Count < MostNamed || _calls.ContainsKey(what))
            _calls[what] = _calls.GetValueOrDefault(what) + 1;
    }

    /// <summary>One sentence or a few; null if the command succeeded or nothing was refused.</summary>
    internal string? Explain(CommandExit exit, string profile, OutputLog output, string? whyNoNetwork)
    {
        if (exit.ExitCode == 0)
            return null;
        if (whyNoNetwork is not null && _calls.Keys.Any(static call => call.StartsWith("socket(", StringComparison.Ordinal)))
            return whyNoNetwork;
        if (_calls.Count > 0)
            return $"The profile {profile} refused: {string.Join(", ", _calls.Select(static call => call.Value == 1 ? call.Key : $"{call.Key} ({call.Value} times)"))}.{Hint()}";
        // Landlock reports refused files to no process, so the command's own error message is the only evidence.
        var stream = output.TotalOf(OutputStream.Error) > 0 ? OutputStream.Error : OutputStream.Output;
        var errors = output.Retained(stream).Bytes.Span;
        var tail = Encoding.UTF8.GetString(errors[Math.Max(0, errors.Length - LooksBack)..]);
        var lines = tail.Split('\n');
        var found = Array.Find(Complaints, complaint => tail.Contains(complaint, StringComparison.OrdinalIgnoreCase))
            ?? Array.Find(Absences, absence => Array.Exists(lines, line => line.Contains(absence, StringComparison.OrdinalIgnoreCase) && PathIn(line, absence) is not null));
        if (found is null)
            return null;
        // Whether the path exists is not said: a command could learn that of any path by printing it.
        var about = lines.Where(line => line.Contains(found, StringComparison.OrdinalIgnoreCase)).ToArray();
        var path = about.Select(line => PathIn(line, found)).LastOrDefault(static path => path is not null);
        return path is not null ? $"It reported '{found}' for {path}, which the profile {profile} may have caused."
            : $"It reported '{found}', which the profile {profile} may have caused.";
    }

    // What the refused calls were for, most likely.
    private string Hint() => _calls.Keys.Any(static call => call.StartsWith("socket(AF_INET", StringComparison.Ordinal))
        ? " To let it reach hosts, name them: Spawn.Egress, exec --allow-host." : "";

    // The last absolute path. What stands before the first colon is the program's own name, as in "/bin/sh: 1: make: not found", unless the
    // complaint follows at once.
    private static string? PathIn(string line, string complaint)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon >= 0 && !line.AsSpan(colon + 2).StartsWith(complaint, StringComparison.OrdinalIgnoreCase))
            line = line[(colon + 2)..];
        return line.Split([' ', '\'', '"', '‘', '’'], StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(static word => word.Length > 2 && word[0] == '/' && word[1] != '/')?.TrimEnd(':', ',', ';');
    }
}
