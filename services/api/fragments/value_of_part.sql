            part
