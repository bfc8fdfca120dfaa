namespace ActorBrowser;

/// <summary>The connections that a command was denied, each told once.</summary>
internal sealed class EgressDenials
{
    private const int Most = 32;
    private const int MostNamed = 4;

    private readonly List<string> _sentences = [];

    /// <summary>Records a denial.</summary>
    /// <returns>False if it is known, or if there are too many.</returns>
    internal bool Add(string sentence)
    {
        if (_sentences.Count >= Most || _sentences.Contains(sentence))
            return false;
        _sentences.Add(sentence);
        return true;
    }

    /// <summary>The sentences; null if the command succeeded or was denied nothing.</summary>
    internal string? Explain(CommandExit exit) => exit.ExitCode == 0 || _sentences.Count == 0 ? null
        : string.Join(' ', _sentences.Take(MostNamed).Concat(_sentences.Count > MostNamed ? [$"{_sentences.Count - MostNamed} more were denied."] : []));
}
