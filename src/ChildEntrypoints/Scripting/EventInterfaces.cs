using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The interfaces of events, and how listeners are added.</summary>
internal static class EventInterfaces
{
    // Each interface with its parent and its members' defaults: f for false, 0, n for null, e for an empty text, u for undefined.
    private static readonly (string Name, string Parent, string Members)[] s_interfaces =
    [
        ("CustomEvent", "Event", "detail:n"),
        ("UIEvent", "Event", "view:n detail:0 which:0"),
        ("FocusEvent", "UIEvent", "relatedTarget:n"),
        ("MouseEvent", "UIEvent", "screenX:0 screenY:0 clientX:0 clientY:0 pageX:0 pageY:0 x:0 y:0 offsetX:0 offsetY:0 movementX:0 movementY:0 button:0 buttons:0 ctrlKey:f shiftKey:f altKey:f metaKey:f relatedTarget:n"),
        ("PointerEvent", "MouseEvent", "pointerId:0 width:1 height:1 pressure:0 tiltX:0 tiltY:0 pointerType:e isPrimary:f"),
        ("WheelEvent", "MouseEvent", "deltaX:0 deltaY:0 deltaZ:0 deltaMode:0"),
        ("DragEvent", "MouseEvent", "dataTransfer:n"),
        ("KeyboardEvent", "UIEvent", "key:e code:e location:0 repeat:f isComposing:f charCode:0 keyCode:0 ctrlKey:f shiftKey:f altKey:f metaKey:f"),
        ("InputEvent", "UIEvent", "data:n isComposing:f inputType:e dataTransfer:n"),
        ("CompositionEvent", "UIEvent", "data:e"),
        ("TouchEvent", "UIEvent", "touches:n targetTouches:n changedTouches:n ctrlKey:f shiftKey:f altKey:f metaKey:f"),
        ("ClipboardEvent", "Event", "clipboardData:n"),
        ("AnimationEvent", "Event", "animationName:e elapsedTime:0 pseudoElement:e"),
        ("TransitionEvent", "Event", "propertyName:e elapsedTime:0 pseudoElement:e"),
        ("ErrorEvent", "Event", "message:e filename:e lineno:0 colno:0 error:u"),
        ("PromiseRejectionEvent", "Event", "promise:n reason:u"),
        ("HashChangeEvent", "Event", "oldURL:e newURL:e"),
        ("PopStateEvent", "Event", "state:n"),
        ("PageTransitionEvent", "Event", "persisted:f"),
        ("BeforeUnloadEvent", "Event", "returnValue:e"),
        ("ProgressEvent", "Event", "lengthComputable:f loaded:0 total:0"),
        ("MessageEvent", "Event", "data:n origin:e lastEventId:e source:n ports:n"),
        ("StorageEvent", "Event", "key:n oldValue:n newValue:n url:e storageArea:n"),
        ("SubmitEvent", "Event", "submitter:n"),
        ("FormDataEvent", "Event", "formData:n"),
        ("ToggleEvent", "Event", "oldState:e newState:e"),
        ("CloseEvent", "Event", "wasClean:f code:0 reason:e"),
    ];

    /// <summary>The interface of the browser's events of a type.</summary>
    internal static string Of(string type) => type switch
    {
        "click" or "dblclick" or "auxclick" or "contextmenu" or "pointerdown" or "pointerup" => "PointerEvent",
        "mousedown" or "mouseup" or "mousemove" or "mouseover" or "mouseout" or "mouseenter" or "mouseleave" => "MouseEvent",
        "keydown" or "keyup" or "keypress" => "KeyboardEvent",
        "input" or "beforeinput" => "InputEvent",
        "focus" or "blur" or "focusin" or "focusout" => "FocusEvent",
        "submit" => "SubmitEvent",
        "error" => "ErrorEvent",
        "popstate" => "PopStateEvent",
        "hashchange" => "HashChangeEvent",
        "toggle" => "ToggleEvent",
        "message" or "messageerror" => "MessageEvent",
        "storage" => "StorageEvent",
        "progress" or "loadstart" or "loadend" => "ProgressEvent",
        _ => "Event",
    };

    /// <summary>Defines EventTarget and the events.</summary>
    internal static void Define(PageRealm realm)
    {
        realm.Define("EventTarget", null, target => target
            .Operation("addEventListener", 2, (self, arguments) => Add(realm, self, arguments))
            .Operation("removeEventListener", 2, (self, arguments) =>
            {
                realm.Events.ListenersOf(TargetOf(realm, self), make: false)?.Remove(realm.Text(arguments, 0), PageRealm.At(arguments, 1), Flag(PageRealm.At(arguments, 2), "capture"));
                return JsValue.Undefined;
            })
            .Operation("dispatchEvent", 1, (self, arguments) =>
            {
                if (PageRealm.At(arguments, 0) is not JsEvent dispatched)
                    throw realm.TypeError("Argument 1 is not of type 'Event'.");
                return dispatched.IsDispatched ? throw realm.DomError("InvalidStateError", "The event is already being dispatched.") : (JsValue)realm.Events.Dispatch(TargetOf(realm, self), dispatched);
            }), (_, prototype) => new JsTarget(realm, prototype));
        realm.Define("Event", null, DefineEvent, (arguments, prototype) => Construct(realm, arguments, prototype));
        foreach (var (name, parent, members) in s_interfaces)
        {
            realm.Define(name, parent, defined =>
            {
                foreach (var member in members.Split(' '))
                {
                    var (key, initial) = (member[..^2], Default(member[^1]));
                    defined.GetOf<JsEvent>(key, self => self.Members?.Get(key) is { } set && !set.IsUndefined() ? set : initial);
                }
                if (name is "MouseEvent" or "KeyboardEvent")
                    defined.MethodOf<JsEvent>("getModifierState", 1, static (_, _) => false);
                if (name == "CustomEvent")
                    defined.MethodOf<JsEvent>("initCustomEvent", 4, (self, arguments) => Init(realm, self, arguments, "detail"));
            }, (arguments, prototype) => Construct(realm, arguments, prototype));
        }
    }

    private static void DefineEvent(DomInterface defined) => defined
        .Constants(("NONE", 0), ("CAPTURING_PHASE", 1), ("AT_TARGET", 2), ("BUBBLING_PHASE", 3))
        .GetOf<JsEvent>("type", static self => self.Type_)
        .GetOf<JsEvent>("target", static self => self.Target)
        .GetOf<JsEvent>("srcElement", static self => self.Target)
        .GetOf<JsEvent>("currentTarget", static self => self.CurrentTarget)
        .GetOf<JsEvent>("eventPhase", static self => self.Phase)
        .GetOf<JsEvent>("bubbles", static self => self.Bubbles)
        .GetOf<JsEvent>("cancelable", static self => self.Cancelable)
        .GetOf<JsEvent>("composed", static self => self.Composed)
        .GetOf<JsEvent>("defaultPrevented", static self => self.IsPrevented)
        .GetOf<JsEvent>("returnValue", static self => !self.IsPrevented, static (self, value) =>
        {
            if (!TypeConverter.ToBoolean(value))
                self.Prevent();
        })
        .GetOf<JsEvent>("isTrusted", static self => self.IsTrusted)
        .GetOf<JsEvent>("timeStamp", static self => self.Time)
        .GetOf<JsEvent>("cancelBubble", static self => self.IsStopped, static (self, value) => self.IsStopped |= TypeConverter.ToBoolean(value))
        .MethodOf<JsEvent>("preventDefault", 0, static (self, _) =>
        {
            self.Prevent();
            return JsValue.Undefined;
        })
        .MethodOf<JsEvent>("stopPropagation", 0, static (self, _) =>
        {
            self.IsStopped = true;
            return JsValue.Undefined;
        })
        .MethodOf<JsEvent>("stopImmediatePropagation", 0, static (self, _) =>
        {
            (self.IsStopped, self.IsStoppedAtOnce) = (true, true);
            return JsValue.Undefined;
        })
        .MethodOf<JsEvent>("composedPath", 0, static (self, _) => new JsArray(self.Engine, [.. self.Path]))
        .MethodOf<JsEvent>("initEvent", 3, static (self, arguments) => Init(null, self, arguments, null));

    private static JsValue Init(PageRealm? realm, JsEvent self, JsValue[] arguments, string? member)
    {
        if (self.IsDispatched)
            return JsValue.Undefined;
        self.Type_ = TypeConverter.ToString(PageRealm.At(arguments, 0));
        (self.Bubbles, self.Cancelable) = (TypeConverter.ToBoolean(PageRealm.At(arguments, 1)), TypeConverter.ToBoolean(PageRealm.At(arguments, 2)));
        self.IsPrevented = false;
        if (member is not null)
            (self.Members ??= new JsObject(realm!.Engine)).Set(member, PageRealm.At(arguments, 3));
        return JsValue.Undefined;
    }

    private static JsEvent Construct(PageRealm realm, JsValue[] arguments, ObjectInstance prototype)
    {
        var made = new JsEvent(realm.Engine, prototype, realm.Text(arguments, 0)) { Time = realm.Page.Tasks.Now };
        if (PageRealm.At(arguments, 1) is ObjectInstance given)
        {
            (made.Bubbles, made.Cancelable, made.Composed) = (Flag(given, "bubbles"), Flag(given, "cancelable"), Flag(given, "composed"));
            made.Members = given;
        }
        return made;
    }

    /// <summary>Makes an event of an old interface, as <c>document.createEvent</c> does.</summary>
    internal static JsEvent Create(PageRealm realm, string kind)
    {
        var name = kind.ToLowerInvariant() switch
        {
            "event" or "events" or "htmlevents" => "Event",
            "mouseevent" or "mouseevents" => "MouseEvent",
            "uievent" or "uievents" => "UIEvent",
            "keyboardevent" => "KeyboardEvent",
            "customevent" => "CustomEvent",
            "focusevent" => "FocusEvent",
            _ => throw realm.DomError("NotSupportedError", $"The provided event type ('{kind}') is invalid."),
        };
        return new JsEvent(realm.Engine, realm.PrototypeOf(name), "") { Time = realm.Page.Tasks.Now };
    }

    private static JsValue Add(PageRealm realm, JsValue self, JsValue[] arguments)
    {
        var target = TargetOf(realm, self);
        var (type, callback, options) = (realm.Text(arguments, 0), PageRealm.At(arguments, 1), PageRealm.At(arguments, 2));
        if (callback is not ObjectInstance)
            return JsValue.Undefined;
        var signal = options is ObjectInstance given ? given.Get("signal") : JsValue.Undefined;
        if (signal is ObjectInstance aborts && TypeConverter.ToBoolean(aborts.Get("aborted")))
            return JsValue.Undefined;
        var capture = Flag(options, "capture");
        var added = realm.Events.ListenersOf(target, make: true)!.Add(
            type, callback, capture, options is ObjectInstance && Flag(options, "once"), options is ObjectInstance && Flag(options, "passive"));
        if (added is not null && signal is JsTarget aborter)
        {
            (aborter.Listeners ??= new EventListeners()).Add("abort", realm.Function("", 0, (_, _) =>
            {
                realm.Events.ListenersOf(target, make: false)?.Remove(type, added);
                return JsValue.Undefined;
            }), capture: false, once: true, passive: null);
        }
        return JsValue.Undefined;
    }

    // Functions of the window are called without it.
    private static ObjectInstance TargetOf(PageRealm realm, JsValue self) => self switch
    {
        JsTarget target => target,
        ObjectInstance window when ReferenceEquals(window, realm.Engine.Global) => window,
        _ when self.IsUndefined() || self.IsNull() => realm.Engine.Global,
        _ => throw realm.TypeError("Illegal invocation"),
    };

    private static bool Flag(JsValue options, string name) => options is ObjectInstance given ? TypeConverter.ToBoolean(given.Get(name)) : name == "capture" && TypeConverter.ToBoolean(options);

    private static JsValue Default(char kind) => kind switch
    {
        'f' => false,
        'n' => JsValue.Null,
        'e' => "",
        'u' => JsValue.Undefined,
        _ => kind - '0',
    };

    /// <summary>Defines event handler attributes.</summary>
    internal static void DefineHandlers(PageRealm realm, DomInterface defined, string types)
    {
        foreach (var type in types.Split(' '))
        {
            defined.Accessor("on" + type, self =>
            {
                var target = TargetOf(realm, self);
                realm.Events.ReadAttribute(target, type);
                return realm.Events.ListenersOf(target, make: false)?.Handler(type) ?? JsValue.Null;
            }, (self, value) => realm.Events.ListenersOf(TargetOf(realm, self), make: true)!.SetHandler(type, value is ObjectInstance ? value : null));
        }
    }
}
