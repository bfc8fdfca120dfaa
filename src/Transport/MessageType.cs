namespace ActorBrowser.Transport;

/// <summary>Every message of the protocol. The numbers are the wire format: never reuse one.</summary>
internal enum MessageType : ushort
{
    /// <summary>Child → parent, first: the child's identity and confinement.</summary>
    Hello = 1,

    /// <summary>Parent → child, after a good Hello: the role's configuration.</summary>
    ChildArgs = 2,

    /// <summary>Child → parent: the role is set up and takes work.</summary>
    Ready = 3,

    /// <summary>Parent → child: a request for a sign of life.</summary>
    Ping = 4,

    /// <summary>Child → parent: the answer to the Ping with the same correlation id.</summary>
    Pong = 5,

    /// <summary>Parent → child: finish and exit with code 0.</summary>
    Shutdown = 6,

    /// <summary>Parent → child: the request that follows, with the same correlation id, is traced.</summary>
    Trace = 7,

    /// <summary>Child → parent: spans of the work on a traced request.</summary>
    Spans = 8,

    /// <summary>Parent → child: start a fetch. The correlation id names the fetch in every later frame about it.</summary>
    FetchRequest = 16,

    /// <summary>Child → parent: status and headers have arrived.</summary>
    FetchHeaders = 17,

    /// <summary>A piece of a body: child → parent of the response, parent → child of the request.</summary>
    FetchBodyChunk = 18,

    /// <summary>Child → parent: the body is complete. Parent → child: the request body is complete.</summary>
    FetchEnd = 19,

    /// <summary>Child → parent: the fetch failed; nothing more about it follows.</summary>
    FetchError = 20,

    /// <summary>Parent → child: stop the transfer. Answered by FetchError(Cancelled) unless it had ended.</summary>
    FetchCancel = 21,

    /// <summary>Either way: the sender of a body may send this many more bytes.</summary>
    Credit = 22,

    /// <summary>Child → parent: a piece of a response's body lies in shared memory.</summary>
    FetchBodySlot = 23,

    /// <summary>Parent → child: pieces of the shared memory have been read and may be filled again.</summary>
    SlotsFree = 24,

    /// <summary>Child → parent: send the request's body again. Parent → child: the body begins again here.</summary>
    FetchRewind = 25,

    /// <summary>Child → parent: send no more of the request's body.</summary>
    FetchBodyUnwanted = 26,

    /// <summary>Parent → runner: start a command. The correlation id names the session in every later frame about it.</summary>
    SpawnRequest = 32,

    /// <summary>Runner → parent: the command runs.</summary>
    SpawnReady = 33,

    /// <summary>Runner → parent: the command was not started; nothing more about it follows.</summary>
    SpawnFailed = 34,

    /// <summary>Runner → parent: the command itself has ended.</summary>
    Exit = 36,

    /// <summary>Runner → parent: no process of the session is left; nothing more about it follows.</summary>
    Closed = 37,

    /// <summary>Parent → runner: send a signal to the command.</summary>
    Signal = 41,

    /// <summary>Parent → runner: the terminal's size has changed.</summary>
    Resize = 42,

    /// <summary>Parent → runner: end the command and every process it has started.</summary>
    Terminate = 43,

    /// <summary>Parent → runner: start a command whose SpawnRequest is longer than a frame and comes in a memory file.</summary>
    LargeSpawnRequest = 44,

    /// <summary>Runner → parent, on Windows: a piece of a command's output.</summary>
    OutputPiece = 45,

    /// <summary>Parent → runner, on Windows: more of a command's output may be sent.</summary>
    OutputCredit = 46,

    /// <summary>Parent → runner, on Windows: a piece of a command's input.</summary>
    InputPiece = 47,

    /// <summary>Parent → renderer: parse a page. The correlation id names the load.</summary>
    LoadDocument = 48,

    /// <summary>Renderer → parent: the page is parsed; its summary.</summary>
    DocumentLoaded = 49,

    /// <summary>Renderer → parent: the load or the query has failed; nothing more about it follows.</summary>
    DocumentFailed = 50,

    /// <summary>Parent → renderer: a query about the live document.</summary>
    QueryDocument = 51,

    /// <summary>Renderer → parent: the answer to a QueryDocument.</summary>
    QueryAnswer = 52,

    /// <summary>Renderer → parent: the document needs these resources.</summary>
    ResourcesWanted = 53,

    /// <summary>Parent → renderer: the size of a resource, or that it failed.</summary>
    ResourceArrived = 54,

    /// <summary>Parent → image decoder: decode an image.</summary>
    DecodeImage = 56,

    /// <summary>Image decoder → parent: the pixels, in a memory file.</summary>
    ImageDecoded = 57,

    /// <summary>Image decoder → parent: the image was not decoded; nothing more about it follows.</summary>
    DecodeFailed = 58,

    /// <summary>Parent → renderer or image decoder: cancel a request. Not answered.</summary>
    CancelWork = 59,

    /// <summary>Parent → renderer: act on the live document.</summary>
    ActOnPage = 60,

    /// <summary>Renderer → parent: what the action has led to.</summary>
    ActDone = 61,

    /// <summary>Runner → parent, on Windows: how much of its input a command has taken.</summary>
    InputProgress = 63,

    /// <summary>Either way: a message of an embedder's role, opaque to ActorBrowser.</summary>
    RoleMessage = 64,

    /// <summary>Parent → renderer: run a script in the live document.</summary>
    EvaluateScript = 65,

    /// <summary>Renderer → parent: the value of an EvaluateScript.</summary>
    ScriptAnswer = 66,

    /// <summary>Renderer → parent: an EvaluateScript has no value.</summary>
    ScriptFailed = 67,

    /// <summary>Renderer → parent: a script of the page wants something fetched. The renderer chooses the id.</summary>
    PageRequest = 68,

    /// <summary>Renderer → parent: the answer to a PageRequest is no longer wanted.</summary>
    PageRequestCancel = 69,

    /// <summary>Parent → renderer: the answer to a PageRequest.</summary>
    PageResponse = 70,

    /// <summary>Renderer → parent: the page's scripts have settled.</summary>
    PageSettled = 71,

    /// <summary>Parent → renderer: the cookies that the page's scripts may see.</summary>
    PageCookies = 72,

    /// <summary>Parent → renderer: what the page's origin has stored.</summary>
    PageStorage = 73,

    /// <summary>Renderer → parent: a script has set a cookie, or changed what is stored.</summary>
    PageStorageChange = 74,

    /// <summary>Renderer → parent: a script wants the tab to go to another page.</summary>
    ScriptNavigation = 75,

    /// <summary>Parent → child: a message of a typed role.</summary>
    RoleRequest = 80,

    /// <summary>Child → parent: a part of the answer to a RoleRequest, its end or its failure; or, under the id 0, an event.</summary>
    RoleReply = 81,

    /// <summary>Parent → egress: a listening socket of a command's network.</summary>
    EgressListen = 90,

    /// <summary>Egress → parent: a program wants to connect, or to resolve a name. The egress child chooses the id.</summary>
    EgressConnect = 91,

    /// <summary>Parent → egress or network: granted, with the connected socket.</summary>
    EgressConnected = 92,

    /// <summary>Parent → egress or network: refused, or not possible.</summary>
    EgressRefused = 93,

    /// <summary>Egress or network → parent: the answer is no longer wanted.</summary>
    EgressAbandon = 94,

    /// <summary>Egress → parent: it has ended a granted connection, because a program used it for another host.</summary>
    EgressMisuse = 95,

    /// <summary>Parent → resolver, network → parent: resolve a host's name. The network child chooses the id.</summary>
    ResolveName = 96,

    /// <summary>Resolver → parent, parent → network: a host's addresses, or why there are none.</summary>
    NameResolved = 97,

    /// <summary>Network → parent: connect to an address. The network child chooses the id.</summary>
    NetworkConnect = 98,

    /// <summary>Parent → secrets: a connection of a program and one to the host that a secret is for, both to be carried.</summary>
    SecretConnection = 100,

    /// <summary>Secrets → parent: a connection has failed.</summary>
    SecretProblem = 101,

    /// <summary>Parent → secrets: the command knows of a SecretProblem.</summary>
    SecretNoted = 102,
}
