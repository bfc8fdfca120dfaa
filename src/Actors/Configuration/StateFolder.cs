namespace ActorBrowser;

/// <summary>The folder of this program's state: what is kept between its runs and is no cache.</summary>
internal static class StateFolder
{
    /// <summary>In XDG_STATE_HOME, or .local/state in the home; null if the user has neither. A relative name is ignored, as the XDG specification requires.</summary>
    internal static string? Find()
    {
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathFullyQualified(state) && !state.Contains('\ufffd'))
            return Path.Combine(state, "actorbrowser");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.IsPathFullyQualified(home) ? Path.Combine(home, ".local", "state", "actorbrowser") : null;
    }
}
