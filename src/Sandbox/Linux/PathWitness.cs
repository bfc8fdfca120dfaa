using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Records what a plan depends on: the files and links that were read, and the paths that did not exist. A plan is reused only while
/// all of them are unchanged. Linux.
/// </summary>
internal sealed class PathWitness
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Records which file is at a path, or that there is none.</summary>
    /// <param name="path">An absolute path; if its last part is a link, it is not followed.</param>
    internal void Note(string path)
    {
        if (!_seen.ContainsKey(path))
            Add(path, content: false);
    }

    /// <summary>Records a file's content, or a folder's names.</summary>
    /// <param name="path">An absolute path.</param>
    internal void NoteContent(string path) => Add(path, content: true);

    /// <summary>Whether everything is unchanged.</summary>
    internal bool Holds()
    {
        foreach (var seen in _seen.Values)
        {
            var now = PathProbe.LookAt(seen.Path);
            if (now?.Identity != seen.Found?.Identity || now?.Type != seen.Found?.Type)
                return false;
            // A link's inode number may have been reused; the time of its last change shows whether it is the same link.
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
