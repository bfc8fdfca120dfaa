namespace ActorBrowser;

/// <summary>
/// A file that keeps all of a command's output. A full disk costs the file its rest, and nothing else: it is said once.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private readonly Action<string> _onFailure;
    private FileStream? _file;

    internal SpillFile(string path, Action<string> onFailure)
    {
        _onFailure = onFailure;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            _file = new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Fail(e);
        }
    }

    internal void Write(ReadOnlySpan<byte> data)
    {
        try
        {
            _file?.Write(data);
        }
        catch (IOException e)
        {
            Fail(e);
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Fail(Exception e)
    {
        _file?.Dispose();
        _file = null;
        _onFailure($"The output's file cannot be written: {e.Message}");
    }
}
