using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// What a plan was made of: the files and links that were looked at, and those that were not there. A plan is used again only while all of them are
/// what they were. Linux.
/// </summary>
internal sealed class PathWitness
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>What file is at a path matters, or that none is.</summary>
    /// <param name="path">An absolute path; its last name is not followed.</param>
    internal void Note(string path)
    {
        if (!_seen.ContainsKey(path))
            Add(path, content: false);
    }

    /// <summary>What a file contains matters, or which names a folder has.</summary>
    /// <param name="path">An absolute path.</param>
    internal void NoteContent(string path) => Add(path, content: true);

    /// <summary>Whether all of it is as it was.</summary>
    internal bool Holds()
    {
        foreach (var seen in _seen.Values)
        {
            var now = PathProbe.LookAt(seen.Path);
            if (now?.Identity != seen.Found?.Identity || now?.Type != seen.Found?.Type)
                return false;
            // A link's number may be another link's by now; when it was changed last is when it was made.
            if ((seen.Content || now is { IsLink: true }) && now != seen.Found)
                return false;
        }
        return true;
    }

    private void Add(string path, bool content)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        _seen[path] = new Seen(bytes, PathProbe.LookAt(bytes), content);
    }

    private readonly record struct Seen(byte[] Path, FoundFile? Found, bool Content);
}
